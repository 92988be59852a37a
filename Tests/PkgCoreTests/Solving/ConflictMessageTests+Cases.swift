extension ConflictMessageTests {
  static let conflicts: [Conflict] = [
    Conflict(
      testDescription: "no version matches", plugins: ["a": ["1.0.0": [], "1.2.0": []]],
      wanted: ["a ^3"],
      text: """
        `acme/a` can't be installed
          you asked for `acme/a` ^3, but there is only 1.0.0 and 1.2.0
          hint: `acme/a` 1.2.0 would fit: `plugctl install acme/a@1.2.0`
        """),
    Conflict(
      testDescription: "missing transitively",
      plugins: ["a": ["1.0.0": ["b"]], "b": ["1.0.0": ["c"]]], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/b`, and `acme/b` 1.0.0 needs `acme/c`, which no index has \
        and nothing provides: so `acme/a` 1.0.0 can't be installed
          but you asked for `acme/a`
          hint: add the index that has `acme/c`, or ask the publisher of `acme/b`
        """),
    Conflict(
      testDescription: "two requests clash",
      plugins: ["a": ["1.0.0": [], "2.0.0": []]], wanted: ["a ^1", "a ^2"],
      text: """
        `acme/a` can't be installed
          you asked for `acme/a` ^1 and `acme/a` ^2, and no version is both
          hint: `acme/a` 2.0.0 would fit: `plugctl install acme/a@2.0.0`
        """),
    Conflict(
      testDescription: "transitive against direct",
      plugins: ["a": ["1.0.0": ["b ^2"]], "b": ["1.0.0": [], "2.0.0": []]], wanted: ["a", "b ^1"],
      text: """
        `acme/a` and `acme/b` can't be installed together
          `acme/a` 1.0.0 needs `acme/b` ^2, and you asked for `acme/b` ^1: so `acme/a` 1.0.0 \
        can't be installed
          but you asked for `acme/a`
          hint: `acme/b` 2.0.0 would fit: `plugctl install acme/b@2.0.0`
        """),
    Conflict(
      testDescription: "diamond",
      plugins: [
        "a": ["1.0.0": ["c ^1"]], "b": ["1.0.0": ["c ^2"]], "c": ["1.0.0": [], "2.0.0": []],
      ], wanted: ["a", "b"],
      text: """
        `acme/a` and `acme/b` can't be installed together
          `acme/a` 1.0.0 needs `acme/c` ^1, and `acme/b` 1.0.0 needs `acme/c` ^2: so `acme/a` \
        1.0.0 and `acme/b` 1.0.0 can't be installed together
          but you asked for `acme/a` and `acme/b`
          hint: leave out `acme/b`, or look for another version of it: `plugctl versions acme/b`
        """),
    Conflict(
      testDescription: "branching",
      plugins: [
        "a": ["1.0.0": ["b", "c ^1"], "1.1.0": ["d", "e ^1"]],
        "b": ["1.0.0": ["c ^2"]], "d": ["1.0.0": ["e ^2"]],
        "c": ["1.0.0": [], "2.0.0": []], "e": ["1.0.0": [], "2.0.0": []],
      ], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/c` ^1, and `acme/b` 1.0.0 needs `acme/c` ^2: so `acme/a` \
        1.0.0 and `acme/b` 1.0.0 can't be installed together
          `acme/a` 1.0.0 needs `acme/b`: so `acme/a` 1.0.0 can't be installed (1)
          `acme/a` 1.1.0 needs `acme/e` ^1, and `acme/d` 1.0.0 needs `acme/e` ^2: so `acme/a` \
        1.1.0 and `acme/d` 1.0.0 can't be installed together
          `acme/a` 1.1.0 needs `acme/d`: so `acme/a` 1.1.0 can't be installed
          `acme/a` 1.0.0 can't be installed (1): so no version of `acme/a` can be installed
          but you asked for `acme/a`
          hint: ask the publisher of `acme/a` for a version that fits, or look at `plugctl \
        versions acme/a`
        """),
    Conflict(
      testDescription: "host too old",
      plugins: [
        "a": [
          "1.0.0": ["#host needs stormdb >=2.0; this is 1.4.0"],
          "1.1.0": ["#host needs stormdb >=2.1; this is 1.4.0"],
        ]
      ], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          every version of `acme/a` needs stormdb >=2.1 or >=2.0, this is 1.4.0, but you asked \
        for `acme/a`
          hint: use a version of the host that fits, or look for another plugin: `plugctl \
        versions acme/a`
        """),
    Conflict(
      testDescription: "host too old for a dependency",
      plugins: [
        "a": ["1.0.0": ["b"]], "b": ["1.0.0": ["#host needs stormdb >=2.0; this is 1.4.0"]],
      ], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/b`, and `acme/b` 1.0.0 needs stormdb >=2.0, this is 1.4.0: \
        so `acme/a` 1.0.0 can't be installed
          but you asked for `acme/a`
          hint: use a version of the host that fits, or look for another plugin: `plugctl \
        versions acme/b`
        """),
    Conflict(
      testDescription: "yanked only", plugins: ["a": ["1.0.0!": [], "1.1.0!": [], "1.2.0!": []]],
      wanted: ["a"],
      text: """
        `acme/a` can't be installed
          every version of `acme/a` was yanked, but you asked for `acme/a`
          hint: ask for one version exactly to have it all the same: `plugctl install \
        acme/a@1.2.0`
        """),
    Conflict(
      testDescription: "glibc too new",
      plugins: [
        "a": ["1.3.2": [], "1.4.0": ["#glibc needs GLIBC_2.38; this system has 2.36"]]
      ], wanted: ["a ^1.4"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.4.0 needs GLIBC_2.38, this system has 2.36, but you asked for `acme/a` ^1.4
          hint: `acme/a` 1.3.2 would fit: `plugctl install acme/a@1.3.2`
        """),
    Conflict(
      testDescription: "conflict declared",
      plugins: ["a": ["1.0.0": ["!b <3"]], "b": ["1.0.0": [], "2.0.0": []]], wanted: ["a", "b"],
      text: """
        `acme/a` and `acme/b` can't be installed together
          `acme/a` 1.0.0 conflicts with `acme/b` <3, and you asked for `acme/b`: so `acme/a` \
        1.0.0 can't be installed
          but you asked for `acme/a`
          hint: leave out `acme/b`, or look for another version of it: `plugctl versions acme/b`
        """),
    Conflict(
      testDescription: "capability that nobody provides",
      plugins: ["a": ["1.0.0": ["similarity"]], "b": ["1.0.0": []]], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/similarity`, which no index has and nothing provides, but \
        you asked for `acme/a`
          hint: add the index that has `acme/similarity`, or ask the publisher of `acme/a`
        """),
    Conflict(
      testDescription: "capability that is provided in another version",
      plugins: ["a": ["1.0.0": ["similarity ^2"]], "b": ["1.0.0": ["+similarity"]]],
      wanted: ["a", "b"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/similarity` ^2, which is provided by `acme/b` only as 1.0.0, \
        but you asked for `acme/a`
          hint: ask the publisher of `acme/a` for a version that fits, or look at `plugctl \
        versions acme/a`
        """),
    Conflict(
      testDescription: "pin in the way",
      plugins: ["a": ["1.0.0": ["b ^2"]], "b": ["1.0.0": [], "2.0.0": []]], wanted: ["a", "b"],
      installed: ["b": "1.0.0"], pins: ["b": ("=1.0.0", "2.0 loses rows")],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/b` ^2, and you pinned `acme/b` to 1.0.0 (2.0 loses rows): \
        so `acme/a` 1.0.0 can't be installed
          but you asked for `acme/a`
          hint: lift the pin, which leads to 2.0.0: `plugctl unpin acme/b`
        """),
    Conflict(
      testDescription: "mutual",
      plugins: [
        "a": ["1.0.0": ["b ^1"], "2.0.0": ["b ^2"]], "b": ["1.0.0": ["a ^2"], "2.0.0": ["a ^1"]],
      ], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          `acme/a` 2.0.0 needs `acme/b` ^2, and `acme/b` 2.0.0 needs `acme/a` ^1: so `acme/a` \
        2.0.0 can't be installed (1)
          `acme/a` 1.0.0 needs `acme/b` ^1, and `acme/b` 1.0.0 needs `acme/a` ^2: so `acme/a` \
        1.0.0 can't be installed
          `acme/a` 2.0.0 can't be installed (1): so no version of `acme/a` can be installed
          but you asked for `acme/a`
          hint: ask the publisher of `acme/a` for a version that fits, or look at `plugctl \
        versions acme/a`
        """),
    Conflict(
      testDescription: "outer scope in the way",
      plugins: ["a": ["1.0.0": ["b ^2"]], "b": ["1.0.0": [], "2.0.0": []]], wanted: ["a"],
      immovable: ["b": "1.0.0"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/b` ^2, and you asked for `acme/a`: so `acme/b` 2.0.0 is \
        needed
          but `acme/b` 1.0.0 is in an outer scope and can't be changed from here
          hint: change `acme/b` in the scope that it is installed in, with `--scope`
        """),
    Conflict(
      testDescription: "installed newer than wanted",
      plugins: ["a": ["1.0.0": ["b ^1"]], "b": ["1.0.0": [], "2.0.0": []]], wanted: ["a", "b"],
      installed: ["b": "2.0.0"],
      text: """
        `acme/a` can't be installed
          `acme/a` 1.0.0 needs `acme/b` ^1, and `acme/b` 2.0.0 is installed, and nothing is \
        downgraded unless you ask: so `acme/a` 1.0.0 can't be installed
          but you asked for `acme/a`
          hint: add `--allow-downgrade` to take `acme/b` back to 1.0.0
        """),
    Conflict(
      testDescription: "an installed plugin that excludes the new one",
      plugins: ["a": ["1.0.0": []], "b": ["1.0.0": ["!a"]]], wanted: ["a", "b"],
      installed: ["b": "1.0.0"],
      text: """
        `acme/a` and `acme/b` can't be installed together
          `acme/b` 1.0.0 conflicts with `acme/a`, and `acme/b` is installed: so `acme/a` 1.0.0 \
        can't be installed
          but you asked for `acme/a`
          hint: remove `acme/b` first, if you can do without it: `plugctl remove acme/b`
        """),
    Conflict(
      testDescription: "only the installed version would fit",
      plugins: [
        "a": ["1.0.0": ["b ^1", "c"]], "b": ["1.0.0": [], "2.0.0": []],
        "c": ["1.0.0": ["b ^1"], "2.0.0": ["b ^2"]],
      ], wanted: ["c ^2", "a"], installed: ["a": "1.0.0", "b": "1.0.0", "c": "1.0.0"],
      text: """
        `acme/c` and `acme/a` can't be installed together
          `acme/a` 1.0.0 needs `acme/b` ^1, and `acme/c` 2.0.0 needs `acme/b` ^2: so `acme/a` \
        1.0.0 and `acme/c` 2.0.0 can't be installed together
          but you asked for `acme/c` ^2, and `acme/a` is installed
          hint: remove `acme/a` first, if you can do without it: `plugctl remove acme/a`
        """),
    Conflict(
      testDescription: "a pin, and more behind it",
      plugins: ["a": ["1.0.0": [], "2.0.0": []], "b": ["1.0.0": ["a ^1"]]],
      wanted: ["a ^2", "b"], installed: ["a": "1.0.0", "b": "1.0.0"], pins: ["a": ("=1.0.0", "")],
      text: """
        `acme/a` can't be installed
          you pinned `acme/a` to 1.0.0, but you asked for `acme/a` ^2
          hint: lift the pin to see what else stands against it: `plugctl unpin acme/a`
        """),
    Conflict(
      testDescription: "a plugin that no index has", plugins: [:], wanted: ["a"],
      text: """
        `acme/a` can't be installed
          you asked for `acme/a`, which no index has and nothing provides
          hint: look for it with `plugctl search a`
        """),
  ]
}
