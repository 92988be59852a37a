package main

import "testing"

func TestWordsAreCountedByTheirLetters(t *testing.T) {
	for _, one := range []struct {
		text     string
		shortest int
		count    int
	}{{"", 1, 0}, {"the cat and the dog", 1, 5}, {" an owl\n", 3, 1}, {"é éé", 2, 1}} {
		if count := countWords([]byte(one.text), one.shortest); count != one.count {
			t.Errorf("%q from %d letters on: %d words, not %d", one.text, one.shortest, count, one.count)
		}
	}
}

func TestOnlyNumbersOfTheSchemaAreTaken(t *testing.T) {
	for _, config := range []string{"", "null", "[]", `{"shortest": 0}`, `{"shortest": "3"}`, `{"other": 1}`} {
		if _, err := readShortest([]byte(config)); err == nil {
			t.Errorf("%q was taken", config)
		}
	}
}
