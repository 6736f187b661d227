import JSON
import Testing

@Suite("JSON values are read without casts")
struct JSONValueTests {
  @Test("numbers are exact where they can be")
  func numbers() throws {
    #expect(JSON.number("9223372036854775807").int64 == .max)
    #expect(JSON.number("9223372036854775808").int64 == nil)
    #expect(JSON.number("1.7e12").int64 == 1_700_000_000_000)
    #expect(JSON.number("5.0").int == 5)
    #expect(JSON.number("5.5").int == nil)
    #expect(JSON.number("1e999").double == nil)
    #expect(JSON.number("0.25").double == 0.25)
    #expect(JSON.string("5").int == nil)
  }

  @Test("an id reads the same as a number and as a string")
  func ids() throws {
    let value = try JSON(parsing: #"[263902037430900123456,"263902037430900123456",null]"#)
    #expect(value[0]?.text == "263902037430900123456")
    #expect(value[1]?.text == value[0]?.text)
    #expect(value[2]?.text == nil)
    #expect(value[3] == nil)
    #expect(value[-1] == nil)
  }

  @Test("members are reached through what is missing")
  func path() {
    let value: JSON = ["a": ["b": [true, nil, 1.5]], "none": nil]
    #expect(value["a"]?["b"]?[0]?.bool == true)
    #expect(value["a"]?["b"]?[1]?.isNull == true)
    #expect(value["a"]?["b"]?[2] == .number("1.5"))
    #expect(value["a"]?["x"]?["y"] == nil)
    #expect(value["none"] == .null)
    #expect(value["a"]?["b"]?["c"] == nil)
  }

  @Test("a repeated name keeps its first place and its last value")
  func repeated() throws {
    #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).serialized() == #"{"a":3,"b":2}"#)
  }

  @Test("order does not matter to equality, and stays when written")
  func order() throws {
    let one: JSON = ["a": 1, "b": 2]
    let other: JSON = ["b": 2, "a": 1]
    #expect(one == other)
    #expect(Set([one, other]).count == 1)
    #expect(one.serialized() != other.serialized())
    #expect(one != ["a": 1, "c": 2])
  }

  @Test("large objects behave like small ones")
  func large() throws {
    var object = JSONObject()
    for number in 0..<40 { object["k\(number)"] = JSON(number) }
    object["k3"] = nil
    object["k17"] = "seventeen"
    #expect(object.count == 39)
    #expect(object["k3"] == nil)
    #expect(object["k17"] == "seventeen")
    #expect(object["k39"] == 39)
    for number in 0..<40 where number != 20 { object["k\(number)"] = nil }
    #expect(object == ["k20": 20])
    object["again"] = true
    #expect(object.keys == ["k20", "again"])
  }

  @Test("a hostile object is read in linear time", .timeLimit(.minutes(1)))
  func hostile() throws {
    let members = (0..<50_000).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(try JSON(parsing: "{\(members)}").object?.count == 50_000)
  }

  @Test("what JSON cannot say becomes null")
  func notFinite() {
    #expect(JSON(Double.infinity).isNull)
    #expect(JSON(0.1).serialized() == "0.1")
    #expect(JSON(UInt64.max).serialized() == "18446744073709551615")
  }
}
