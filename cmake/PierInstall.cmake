# What is installed: headers, libraries, the command, the package files for CMake and pkg-config, the documents.
