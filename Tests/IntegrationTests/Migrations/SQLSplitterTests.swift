import Testing

@testable import Migrations

@Suite("Cutting a file of SQL into statements")
struct SQLSplitterTests {
  private func cut(_ text: String) -> [String] {
    SQLSplitter.statements(in: text).map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
  }

  @Test(
    "cuts at semicolons that end a statement, and nowhere else",
    arguments: [
      ("", []),
      ("SELECT 1;", ["SELECT 1"]),
      ("SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"]),
      ("SELECT ';'; SELECT 'it''s; so';", ["SELECT ';'", "SELECT 'it''s; so'"]),
      ("DO $$ BEGIN; END; $$; SELECT 1;", ["DO $$ BEGIN; END; $$", "SELECT 1"]),
      ("DO $a$ x; $$ y; $$; $b$; $a$; SELECT 1;", ["DO $a$ x; $$ y; $$; $b$; $a$", "SELECT 1"]),
      ("DO $a_b$ x; y $a_b$;", ["DO $a_b$ x; y $a_b$"]),
      ("SELECT $1; SELECT '$$;';", ["SELECT $1", "SELECT '$$;'"]),
      ("-- it's; $$ no\nSELECT 1; SELECT 2 -- ;\n;", ["-- it's; $$ no SELECT 1", "SELECT 2 -- ;"]),
      ("SELECT 4 - 3; SELECT '--'; SELECT 1;", ["SELECT 4 - 3", "SELECT '--'", "SELECT 1"]),
      ("SELECT 'Grüße; 🐦';", ["SELECT 'Grüße; 🐦'"]),
    ] as [(String, [String])])
  func cuts(text: String, statements: [String]) {
    #expect(cut(text) == statements)
  }

  @Test("every file of this build ends its last statement")
  func files() {
    for migration in Migrations.all {
      let text = String(decoding: migration.sql, as: UTF8.self)
      let marked = text + "\nSELECT 'end';"
      #expect(cut(marked).last == "SELECT 'end'", "\(migration.name)")
    }
  }
}
