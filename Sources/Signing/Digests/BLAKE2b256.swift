/// BLAKE2b with 32 bytes of output (RFC 7693), for messages of one block.
///
/// minisign's secret keys carry it as a checksum of 74 bytes. It is no prefix of BLAKE2b-512, and
/// OpenSSL 3.0 has no other output length than 64.
///
/// - Parameter message: at most 128 bytes.
func blake2b256(_ message: [UInt8]) -> [UInt8] {
  precondition(message.count <= 128, "one block only")
  let parameters: UInt64 = 0x0101_0020  // depth 1, fan-out 1, no key, 32 bytes
  var state = initialVector
  state[0] ^= parameters
  var work = state + initialVector
  work[12] ^= UInt64(message.count)
  work[14] = ~work[14]  // the last block
  let words = messageWords(message)
  for round in 0..<12 {
    let order = schedule[round % 10]
    for step in 0..<8 {
      mix(&work, mixedPlaces[step], words[order[2 * step]], words[order[2 * step + 1]])
    }
  }
  for index in 0..<8 { state[index] ^= work[index] ^ work[index + 8] }
  return state.prefix(4).flatMap { word in
    (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
  }
}

private func messageWords(_ message: [UInt8]) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: 16)
  for (index, byte) in message.enumerated() {
    words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
  }
  return words
}

/// RFC 7693's function G.
private func mix(_ work: inout [UInt64], _ places: [Int], _ first: UInt64, _ second: UInt64) {
  let (a, b, c, d) = (places[0], places[1], places[2], places[3])
  work[a] = work[a] &+ work[b] &+ first
  work[d] = rotateRight(work[d] ^ work[a], 32)
  work[c] = work[c] &+ work[d]
  work[b] = rotateRight(work[b] ^ work[c], 24)
  work[a] = work[a] &+ work[b] &+ second
  work[d] = rotateRight(work[d] ^ work[a], 16)
  work[c] = work[c] &+ work[d]
  work[b] = rotateRight(work[b] ^ work[c], 63)
}

private func rotateRight(_ word: UInt64, _ bits: UInt64) -> UInt64 {
  word >> bits | word << (64 - bits)
}

/// The columns, then the diagonals.
private let mixedPlaces = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
]

/// RFC 7693, 2.6: as SHA-512's.
private let initialVector: [UInt64] = [
  0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
  0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
]

/// RFC 7693, 2.7: which word of the message each step of a round takes.
private let schedule = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
