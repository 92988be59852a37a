package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// countWords counts the words between spaces that have so many letters.
func countWords(text []byte, shortest int) int {
	count := 0
	for _, word := range bytes.Fields(text) {
		if utf8.RuneCount(word) >= shortest {
			count++
		}
	}
	return count
}

// readShortest reads {} or {"shortest": 3}. null is JSON and so would pass for an object without members; so would
// two objects one after the other.
func readShortest(config []byte) (int, error) {
	if trimmed := bytes.TrimLeft(config, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return 0, fmt.Errorf("the configuration is no object")
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(config, &members); err != nil {
		return 0, err
	}
	shortest := 1
	for name, value := range members {
		if name != "shortest" {
			return 0, fmt.Errorf("there is no option `%.100s`", name)
		}
		if err := json.Unmarshal(value, &shortest); err != nil || string(value) == "null" || shortest < 1 || shortest > 100 {
			return 0, fmt.Errorf("`shortest` is a number from 1 to 100")
		}
	}
	return shortest, nil
}
