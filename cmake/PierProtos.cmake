# Schemas of a target.
#
#   pier_target_protos(<target> <file.proto> … [IMPORT_DIRS <folders> …])
#
# makes C of the schemas with protoc and protoc-gen-pier, compiles it into the target, and lets the target include it:
# NAME.proto becomes NAME.pier.h and NAME.pier.c. A file is imported by its path below the first of the folders in
# IMPORT_DIRS that it is in, or else below the current source folder; a path as in `import "market/side.proto"`. What
# schemas import is found in the same folders, Pier's options and protobuf's own files without being told. Imported
# schemas are for whichever target names them: what is imported and not named must be compiled elsewhere.
#
# The program protoc is looked for on PATH; PIER_PROTOC names another.
function(pier_target_protos target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "IMPORT_DIRS")
    if(NOT TARGET ${target} OR NOT arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "pier_target_protos(${target}): there is no such target, or no file is named")
    endif()
    if(NOT TARGET pier::protoc-gen-pier)
        message(FATAL_ERROR "pier_target_protos(${target}): this Pier was built without its schema compiler "
                            "(PIER_SCHEMA_COMPILER)")
    endif()
    if(NOT CMAKE_C_COMPILER)
        message(FATAL_ERROR "pier_target_protos(${target}): schemas become C: the project has to enable the language C")
    endif()
    get_target_property(folder ${target} SOURCE_DIR)
    if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        message(FATAL_ERROR "pier_target_protos(${target}): the target is of another folder, ${folder}, where this has "
                            "to be called")
    endif()
    find_program(PIER_PROTOC protoc REQUIRED DOC "The compiler of protobuf's schemas")
    get_property(pier_import_dir GLOBAL PROPERTY PIER_IMPORT_DIR)

    set(output ${CMAKE_CURRENT_BINARY_DIR}/pier_protos/${target})
    file(MAKE_DIRECTORY ${output})
    set(roots "")
    set(imports "")
    foreach(root IN LISTS arg_IMPORT_DIRS ITEMS ${CMAKE_CURRENT_SOURCE_DIR})
        cmake_path(ABSOLUTE_PATH root NORMALIZE)
        list(APPEND roots ${root})
    endforeach()
    foreach(root IN LISTS roots ITEMS ${pier_import_dir})
        list(APPEND imports -I${root})
    endforeach()

    foreach(file IN LISTS arg_UNPARSED_ARGUMENTS)
        cmake_path(ABSOLUTE_PATH file NORMALIZE)
        set(name "")
        foreach(root IN LISTS roots)
            cmake_path(IS_PREFIX root ${file} NORMALIZE is_below)
            if(is_below AND NOT name)
                cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${root} OUTPUT_VARIABLE name)
            endif()
        endforeach()
        if(NOT name)
            message(FATAL_ERROR "pier_target_protos(${target}): ${file} is in none of IMPORT_DIRS")
        endif()
        string(REGEX REPLACE "\\.proto$" "" stem ${name})
        set(made ${output}/${stem}.pier.h ${output}/${stem}.pier.c)
        add_custom_command(
            OUTPUT ${made}
            COMMAND ${PIER_PROTOC} --plugin=protoc-gen-pier=$<TARGET_FILE:pier::protoc-gen-pier> --pier_out=${output}
                    --dependency_out=${output}/${stem}.d ${imports} ${name}
            DEPENDS ${file} pier::protoc-gen-pier
            DEPFILE ${output}/${stem}.d
            WORKING_DIRECTORY ${output}
            COMMENT "Making C of ${name}"
            VERBATIM)
        cmake_path(GET stem PARENT_PATH folder)
        file(MAKE_DIRECTORY ${output}/${folder})
        target_sources(${target} PRIVATE ${made})
    endforeach()
    get_target_property(kind ${target} TYPE)
    if(kind STREQUAL "EXECUTABLE")
        target_include_directories(${target} PRIVATE ${output})
    else()
        target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${output}>)
    endif()
endfunction()
