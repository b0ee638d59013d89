// httpecho: the HTTP server of Carillon with a handler that echoes, for third-party exams of the
// parser. A call into code that is not isolated to the main actor, and nothing else: see
// EchoProgram.
EchoProgram.run(CommandLine.arguments)
