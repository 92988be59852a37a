module benana/types

go 1.19

require github.com/go-fuego/fuego v0.18.8

replace github.com/go-fuego/fuego => ../fuego
