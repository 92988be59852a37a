import CommandLineKit
import Testing

@Suite("Help")
struct HelpTextTests {
  @Test("the overview lists groups and options", arguments: [(40, overview40), (80, overview80)])
  func overview(width: Int, text: String) {
    #expect(HelpText(table, width: width).overview == text)
  }

  @Test("a command shows all that it has")
  func command() throws {
    let spec = try #require(table.command(at: ["install"]))
    #expect(HelpText(table, width: 80).command(["install"], spec) == Self.install80)
  }

  @Test("no line is wider than the terminal", arguments: [40, 80, 120])
  func width(width: Int) {
    let help = HelpText(table, width: width)
    let texts = [help.overview] + table.visible.map { help.command($0.path, $0.spec) }
    for line in texts.joined().split(separator: "\n") where !line.hasPrefix("usage:") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test("usage names subcommands, options and arguments")
  func usage() throws {
    let help = HelpText(table, width: 80)
    func usage(_ path: [String]) throws -> String? {
      let spec = try #require(table.command(at: path))
      return help.command(path, spec).split(separator: "\n").first { $0.hasPrefix("usage:") }.map(
        String.init)
    }
    #expect(try usage(["key"]) == "usage: prog key COMMAND")
    #expect(try usage(["show"]) == "usage: prog show NAME [FIELD]")
    #expect(try usage(["list"]) == "usage: prog list [options] [WORD...]")
    #expect(try usage(["key", "generate"]) == "usage: prog key generate [options] NAME")
  }

  private static let overview40 = """
    prog - tries everything

    usage: prog [options] COMMAND [ARGS]

    change:
      install  install plugins and what they
               need, in the order in which
               they need each other
      key      look after keys

    find:
      show  show one
      list  list all

    options:
      -h, --help     show help
      -V, --version  show the version
      -v, --verbose  say more, each time
      -H, --host NAME
                     the host to work for;
                     `it's` its [id]
      --color WHEN   when to use colour

    `prog help COMMAND` says more about a
    command.

    """

  private static let overview80 = """
    prog - tries everything

    usage: prog [options] COMMAND [ARGS]

    change:
      install  install plugins and what they need, in the order in which they need
               each other
      key      look after keys

    find:
      show  show one
      list  list all

    options:
      -h, --help       show help
      -V, --version    show the version
      -v, --verbose    say more, each time
      -H, --host NAME  the host to work for; `it's` its [id]
      --color WHEN     when to use colour

    `prog help COMMAND` says more about a command.

    """

  private static let install80 = """
    install plugins and what they need, in the order in which they need each other

    usage: prog install [options] REF...
    also: add

    The first paragraph. It has two sentences, e.g. this one.

    .Starts with a dot and has a back\\slash.

    arguments:
      REF  a plugin, with a range or without

    options:
      -w, --with NAME  also take an optional dependency
      -m, --mode MODE  how to do it
      -o, --into DIR   a folder
      -n, --no-save    leave the project file as it is

    examples:
      prog install acme/v@^1
          Installs the newest 1.x.
      prog install ./x.tar.zst
          From a file

    global options: `prog --help`

    """
}
