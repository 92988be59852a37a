package main

import "testing"

func TestOnlyTheOptionsOfTheSchemaAreTaken(t *testing.T) {
	for _, one := range []struct {
		config map[string]interface{}
		works  bool
	}{
		{nil, true}, {map[string]interface{}{"rows": 10.0}, true}, {map[string]interface{}{"rows": 0}, false},
		{map[string]interface{}{"rows": "many"}, false}, {map[string]interface{}{"other": 1}, false},
	} {
		if err := GetPlugin().Initialize(one.config); (err == nil) != one.works {
			t.Errorf("%v: %v", one.config, err)
		}
	}
}
