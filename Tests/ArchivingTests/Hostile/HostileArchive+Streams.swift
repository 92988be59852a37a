import Files
import PkgCore
import TestSupport

extension HostileArchive {
  /// Bytes that are no tar archive, or a damaged one, or compressed in other ways.
  static let streams: [HostileArchive] = [
    HostileArchive("nothing", .archiveTruncated, "Unrecognized archive format") { [] },
    HostileArchive("an empty archive", .archiveTruncated, "the archive is empty") {
      TarText().finished
    },
    HostileArchive("only zeros", .archiveTruncated, "the archive is empty") {
      [UInt8](repeating: 0, count: 100_000)
    },
    HostileArchive("text", .archiveTruncated, "Unrecognized archive format") {
      Array(String(repeating: "hello world\n", count: 1000).utf8)
    },
    HostileArchive("noise", .archiveTruncated, "Unrecognized archive format") {
      var random = SeededGenerator(seed: 5)
      return (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    },
    piped("bzip2", "Unrecognized archive format", "bzip2 -c"),
    piped("lzma", "Unrecognized archive format", "xz --format=lzma -c"),
    piped("base64", "Unrecognized archive format", "base64"),
    piped(
      "uuencode", "Unrecognized archive format", #"printf 'begin 644 a\n'; base64; printf 'end\n'"#),
    piped("three compressors", "more than twice", "gzip -c | xz -c | zstd -c"),
    piped(
      "eight compressors", "more than twice", String(repeating: "gzip -c | ", count: 7) + "zstd -c"),
    piped(
      "xz that wants 1.5 GiB of memory", "Cannot allocate memory",
      "xz -0 --lzma2=preset=0,dict=1536MiB -c"),
    piped(
      "zstd with a window of 2 GiB", "Frame requires too much memory",
      "{ cat; head -c 100M /dev/zero; } | zstd -q --ultra --long=31 -1 -c"),
    piped("cut gzip", "truncated gzip input", "gzip -c | head -c 200"),
    piped("cut xz", "No progress is possible", "xz -c | head -c 200"),
    piped("cut zstd", "Truncated zstd input", "zstd -c | head -c 200"),
    piped(
      "damaged xz", "Corrupted input data",
      #"xz -c | python3 -c "import sys;b=bytearray(sys.stdin.buffer.read());b[len(b)//2]^=255;sys.stdout.buffer.write(b)""#
    ),
    piped(
      "damaged zstd", "Zstd decompression failed",
      #"zstd -c | python3 -c "import sys;b=bytearray(sys.stdin.buffer.read());b[len(b)//2]^=255;sys.stdout.buffer.write(b)""#
    ),
    instead("a wrong checksum", "Damaged tar archive", .archiveTruncated) { tar in
      let start = tar.bytes.count
      tar.add("v-1.0.0/README", readme)
      tar.alter { $0[start + 1] ^= 1 }
    },
    instead("a size of 2^62", "type, size or mode differ") {
      $0.add(
        "v-1.0.0/README",
        bend: {
          $0.replaceSubrange(
            124..<136, with: [0x80, 0, 0, 0, 0x40] + [UInt8](repeating: 0, count: 7))
        })
    },
    instead("a size below zero", "Tar entry has negative size", .archiveTruncated) {
      $0.add(
        "v-1.0.0/README",
        bend: { $0.replaceSubrange(124..<136, with: [UInt8](repeating: 0xFF, count: 12)) })
    },
    instead("a size that is no number", "type, size or mode differ") {
      $0.add(
        "v-1.0.0/README", bend: { $0.replaceSubrange(124..<136, with: Array("hello world\0".utf8)) }
      )
    },
    instead("a pax header without a length", "malformed pax extended attributes", .archiveTruncated)
    {
      $0.addPax(raw: "path=v-1.0.0/README\n")
      $0.add("v-1.0.0/README", readme)
    },
    instead(
      "a pax header that is longer than it is", "malformed pax extended attribute",
      .archiveTruncated
    ) {
      $0.addPax(raw: "9999 path=v-1.0.0/README\n")
      $0.add("v-1.0.0/README", readme)
    },
    instead(
      "a pax header without a line feed", "malformed pax extended attribute", .archiveTruncated
    ) {
      $0.addPax(raw: "13 path=README")
      $0.add("v-1.0.0/README", readme)
    },
    instead("a pax header of 100 MiB", "Special header too large", .archiveTruncated) {
      $0.add("PaxHeader", kind: .pax, size: 100 << 20)
      $0.add("v-1.0.0/README", readme)
    },
    instead("a volume of several", "a device, FIFO or socket") {
      $0.add("v-1.0.0/README", readme, bend: { $0[156] = 0x4D })
    },
    HostileArchive("ends within a file", .archiveTruncated, "Truncated tar archive") {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", try TestPackage().json)
      tar.add("v-1.0.0/README", readme)
      return Array(tar.bytes.dropLast(510))
    },
    HostileArchive("ends after a header", .archiveTruncated, "Truncated tar archive") {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", try TestPackage().json)
      tar.add("v-1.0.0/README", size: 7)
      return tar.bytes
    },
    HostileArchive("ends before a listed file", .archiveUnsafe, "it is missing") {
      var tar = TarText()
      tar.add("v-1.0.0/plugin.json", try TestPackage().json)
      return tar.finished
    },
    piped(
      "a zip file", "Unrecognized archive format",
      "python3 -c \"import zipfile,sys,io;b=io.BytesIO();z=zipfile.ZipFile(b,'w');z.writestr('v-1.0.0/plugin.json','{}');z.close();sys.stdout.buffer.write(b.getvalue())\""
    ),
    piped(
      "an ar archive", "Unrecognized archive format",
      #"printf '!<arch>\nplugin.json/    0           0     0     644     2         `\n{}'"#),
    piped(
      "a cpio archive", "Unrecognized archive format",
      #"python3 -c "import sys;n=b'v-1.0.0/plugin.json\0';sys.stdout.buffer.write(b'070701'+b'%08x'*13%(1,0o100644,0,0,1,0,2,0,0,0,0,len(n),0)+n+b'\0'*2+b'{}\0\0')""#
    ),
    piped(
      "a 7z file", "Unrecognized archive format",
      #"python3 -c "import sys;sys.stdout.buffer.write(b'7z\xbc\xaf\x27\x1c\0\4'+b'\0'*100)""#),
    piped(
      "a RAR file", "Unrecognized archive format",
      #"python3 -c "import sys;sys.stdout.buffer.write(b'Rar!\x1a\x07\0'+b'\0'*100)""#),
    piped(
      "an mtree", "Unrecognized archive format", #"printf '#mtree\n./plugin.json type=file\n'"#),
    piped(
      "a shell archive", "Unrecognized archive format",
      #"printf '#!/bin/sh\n# This is a shell archive\n'"#),
    piped(
      "more than 200 times its size, above 64 MiB", "more than 200 times its size", bomb,
      .packageTooLarge),
  ]

  /// 70 MiB of zeros in one listed file, some kilobytes under zstd.
  private static let bomb = """
    python3 -c "
    import hashlib,io,json,sys,tarfile
    source=tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))
    d=json.load(source.extractfile('v-1.0.0/plugin.json'))
    size=70<<20
    for f in d['contents']:
        if f['path']=='README': f['size']=size
    text=json.dumps(d['contents'],sort_keys=True,separators=(',',':'))
    d['tree']=hashlib.sha256(text.encode()).hexdigest()
    out=tarfile.open(fileobj=sys.stdout.buffer,mode='w|')
    def add(name,length,stream):
        i=tarfile.TarInfo(name); i.size=length; i.mode=0o644; out.addfile(i,stream)
    b=json.dumps(d).encode()
    add('v-1.0.0/plugin.json',len(b),io.BytesIO(b))
    class Zeros:
        def read(self,n): return bytes(n)
    add('v-1.0.0/README',size,Zeros())
    out.close()
    " | zstd -q -c
    """
}
