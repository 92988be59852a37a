/* For a library with a symbol that nobody has. */
#include "plug.h"

plug_status not_there(plug_instance *self, const plug_sink *out);
