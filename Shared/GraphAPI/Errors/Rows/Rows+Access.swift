/// The token, the app's permissions, and the page as a whole.
extension GraphErrorTable {
  private static let newToken = "Connect the page again and set its new token: martlet page token set."
  private static let restricted = Advice(
    "Meta has restricted this page",
    "See the page's Support Inbox on Facebook. Its messages are kept, and tried again every hour.")
  private static let hour = Duration.seconds(3600)

  static let permission = Row(
    200, .reauthorise,
    Advice(
      "a permission is missing",
      "Let the page's owner grant the app pages_messaging. Until Meta has reviewed it, only admins, developers and "
        + "testers of the app can be written to. Then: martlet page token set."))

  static let access: [Row] = [
    permission,
    Row(
      10, .reauthorise,
      Advice("a permission was not granted, or was taken back", "Let the page's owner grant it again. " + newToken)),
    Row(102, .reauthorise, Advice("the login behind the page's token has ended", newToken)),
    Row(190, .reauthorise, Advice("the page's token is invalid or has expired", newToken)),
    Row(190, 458, .reauthorise, Advice("the app was removed from the page", newToken)),
    Row(
      190, 459, .reauthorise,
      Advice(
        "Facebook wants to check the account of the token's owner",
        "Let them log in to Facebook and clear the check. " + newToken)),
    Row(
      190, 460, .reauthorise,
      Advice("the token ended because its owner changed their Facebook password, or Facebook did", newToken)),
    Row(190, 463, .reauthorise, Advice("the page's token has expired", newToken)),
    Row(
      190, 464, .reauthorise,
      Advice("the account of the token's owner is not confirmed", "Let them confirm it on Facebook. " + newToken)),
    Row(190, 467, .reauthorise, Advice("the page's token is no longer valid", newToken)),
    Row(
      190, 492, .reauthorise,
      Advice(
        "the token's owner has lost their role on the page",
        "Connect the page with somebody who has one, and set the new token: martlet page token set.")),
    Row(200, 2_018_021, .drop, Advice("people cannot be found by phone number for this page", "Send to a PSID.")),
    Row(200, 2_018_027, .drop, Advice("people cannot be found by phone number for this app", "Send to a PSID.")),
    Row(
      200, 2_018_028, .drop,
      Advice(
        "this person is no admin, developer or tester of the app",
        "Give them a role in the app's dashboard, or have pages_messaging reviewed by Meta.")),
    Row(10, 1_404_170, .parkPage, restricted, wait: hour, limit: .page),
    Row(10, 1_893_063, .parkPage, restricted, wait: hour, limit: .page),
    Row(
      368, .parkPage,
      Advice(
        "Meta blocks the page's calls as abuse or against its policy",
        "See the page's Support Inbox on Facebook. Its messages are kept, and tried again every hour."),
      wait: hour, limit: .page),
    Row(3, .drop, Advice("the app lacks the capability for this call", "Ask for it in the app's dashboard.")),
    Row(
      2, 2_018_344, .drop,
      Advice("the terms for labels are not accepted", "Let an administrator accept them in the page's inbox.")),
    Row(
      2022, .drop,
      Advice("Meta has switched commerce messages off for this page", "See the page's Support Inbox on Facebook.")),
    Row(
      2500, .drop,
      Advice(
        "the call's address is wrong, or no token came with it",
        "Check MARTLET_GRAPH_URL and the page's id; if both are right, set the page's token anew.")),
    Row(2_018_247, .drop, Advice("the app may not read this field of a profile", "Ask for it in the app's dashboard.")),
  ]
}
