/// Pictures, voice, video and files.
extension GraphErrorTable {
  private static let tooLarge = "Make it smaller: 25 MB at most, an image by address 8 MB."

  static let media: [Row] = [
    Row(
      100, 2_018_008, .retry,
      Advice("Meta could not fetch the attachment", "Check that its address is public and answers within 10 s.")),
    Row(
      100, 2_018_294, .retry,
      Advice("Meta took too long to fetch the video", "Make it smaller, or upload it first and send its id.")),
    Row(
      100, 2_018_047, .drop,
      Advice("the attachment is of another type than was said", "Name its real type: image, audio, video or file.")),
    Row(
      100, 2_018_074, .drop,
      Advice(
        "the attachment's id is unknown to this page",
        "Upload it again: ids end after 90 days and belong to one page.")),
    Row(100, 2_018_109, .drop, Advice("the attachment is too large", tooLarge)),
    Row(36000, .drop, Advice("the image is too large", tooLarge)),
    Row(
      100, 2_018_173, through: 2_018_188, .drop,
      Advice(
        "Meta does not take the media template",
        "Use one image or video, by attachment id or by its address on Facebook, and no more than 3 buttons.")),
  ]
}
