internal import Glibc
internal import Operations
internal import PkgCore

exit(await TUFClientProgram.run(ProcessArguments.afterName))
