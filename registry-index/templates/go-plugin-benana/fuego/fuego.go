// Package fuego stands in for the web framework of this name, as far as Benana's guide uses it. It keeps routes and
// serves nothing. The real one's functions have more parameters, which the guide leaves out.
package fuego

// Server has the routes that were registered.
type Server struct {
	Routes []string
}

// ContextNoBody is what a handler of GET gets.
type ContextNoBody interface {
	PathParam(name string) string
}

// ContextWithBody is what a handler of POST gets.
type ContextWithBody[B any] interface {
	ContextNoBody
	Body() (B, error)
}

// Get registers a handler.
func Get[T any](server *Server, path string, handler func(ContextNoBody) (T, error)) {
	server.Routes = append(server.Routes, "GET "+path)
}

// Post registers a handler.
func Post[T, B any](server *Server, path string, handler func(ContextWithBody[B]) (T, error)) {
	server.Routes = append(server.Routes, "POST "+path)
}
