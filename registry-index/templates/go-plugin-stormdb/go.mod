module plugin.example/{{publisher}}/{{name}}

go 1.19

require github.com/elchinoo/stormdb v0.0.0

replace github.com/elchinoo/stormdb => ./stormdb
