module plugin.example/{{publisher}}/{{name}}

go 1.19

require (
	benana/types v0.0.0-00010101000000-000000000000
	github.com/go-fuego/fuego v0.18.8
)

replace (
	benana/types => ./types
	github.com/go-fuego/fuego => ./fuego
)
