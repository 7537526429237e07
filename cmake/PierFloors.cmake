# How the library is put together from its floors.
#
#   pier_add_floor(<floor>
#       HEADERS <public headers of include/pier/, by their file names> …
#       SOURCES <files of lib/<floor>/> …
#       LINKS <lower floors> …
#       PACKAGES <imported targets> …)
#
# makes the object library pier_<floor>. It sees the public headers, and the internal headers of its own floor and of
# those in LINKS as "<floor>/<unit>_internal.h". Those of any other floor are not found. What floors may link, include
# and take from outside is checked by tests/layering.
define_property(GLOBAL PROPERTY PIER_FLOORS BRIEF_DOCS "Names of the floors, from the ground up")
define_property(GLOBAL PROPERTY PIER_HEADERS BRIEF_DOCS "Public headers, by their file names")
define_property(GLOBAL PROPERTY PIER_PACKAGES BRIEF_DOCS "Imported targets that some floor uses")

function(pier_add_floor floor)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;LINKS;PACKAGES")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "pier_add_floor(${floor}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
    endif()

    # A folder that holds nothing but a link to the floor: put on the include path, it shows this floor and no other.
    set(view ${PROJECT_BINARY_DIR}/floors/${floor})
    file(MAKE_DIRECTORY ${view})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${floor} SYMBOLIC)

    if(arg_SOURCES)
        set(kind OBJECT)
        set(scope PUBLIC)
        add_library(pier_${floor} OBJECT ${arg_SOURCES})
        set_target_properties(pier_${floor} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
        target_link_libraries(pier_${floor} PRIVATE pier_flags ${arg_PACKAGES})
        # Neighbouring members that are set together are stored one by one: stored as one vector, each is there some ten
        # cycles later for whoever loads it next, and that is the next record (docs/performance.md).
        target_compile_options(pier_${floor} PRIVATE $<$<C_COMPILER_ID:GNU>:-fno-tree-slp-vectorize>
                                                     $<$<C_COMPILER_ID:Clang>:-fno-slp-vectorize>)
    else()
        # A floor of headers alone.
        set(scope INTERFACE)
        add_library(pier_${floor} INTERFACE)
    endif()
    target_include_directories(pier_${floor} ${scope} ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
    list(TRANSFORM arg_LINKS PREPEND pier_ OUTPUT_VARIABLE links)
    target_link_libraries(pier_${floor} ${scope} ${links})
    if(arg_SOURCES)
        # Not handed on: what a floor sees is what it names in LINKS.
        list(TRANSFORM arg_LINKS PREPEND ${PROJECT_BINARY_DIR}/floors/ OUTPUT_VARIABLE lower_views)
        target_include_directories(pier_${floor} PRIVATE ${view} ${lower_views})
    endif()
    set_target_properties(pier_${floor} PROPERTIES PIER_HEADERS "${arg_HEADERS}" PIER_SOURCES "${arg_SOURCES}"
                                                   PIER_LINKS "${arg_LINKS}" PIER_PACKAGES "${arg_PACKAGES}")

    set_property(GLOBAL APPEND PROPERTY PIER_FLOORS ${floor})
    set_property(GLOBAL APPEND PROPERTY PIER_HEADERS ${arg_HEADERS})
    set_property(GLOBAL APPEND PROPERTY PIER_PACKAGES ${arg_PACKAGES})
endfunction()

# pier_floor_objects(<variable> [<floor> …]): the object files of these floors, of all when none is named.
function(pier_floor_objects variable)
    set(floors ${ARGN})
    if(NOT floors)
        get_property(floors GLOBAL PROPERTY PIER_FLOORS)
    endif()
    set(objects "")
    foreach(floor IN LISTS floors)
        get_target_property(sources pier_${floor} PIER_SOURCES)
        if(sources)
            list(APPEND objects $<TARGET_OBJECTS:pier_${floor}>)
        endif()
    endforeach()
    set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# Makes the libraries out of all floors: pier (shared), pier_static, and the alias pier::pier for the one that programs
# should take.
function(pier_add_libraries)
    pier_floor_objects(objects)
    get_property(packages GLOBAL PROPERTY PIER_PACKAGES)
    list(REMOVE_DUPLICATES packages)

    set(libraries "")
    if(PIER_BUILD_SHARED)
        add_library(pier SHARED ${objects})
        list(APPEND libraries pier)
        target_link_libraries(pier PRIVATE ${packages} $<BUILD_INTERFACE:pier_runtime>)
        set_target_properties(pier PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
        if(NOT PIER_SANITIZE)
            # clang leaves the sanitizers' own symbols to the program.
            target_link_options(pier PRIVATE -Wl,--no-undefined)
        endif()
        add_library(pier::pier ALIAS pier)
    endif()
    # The tests reach inside the library, and replace system calls under it, which only the static one allows.
    if(PIER_BUILD_STATIC OR PIER_BUILD_TESTS)
        add_library(pier_static STATIC ${objects})
        list(APPEND libraries pier_static)
        target_link_libraries(pier_static PRIVATE ${packages} $<BUILD_INTERFACE:pier_runtime>)
        set_target_properties(pier_static PROPERTIES OUTPUT_NAME pier)
        add_library(pier::pier_static ALIAS pier_static)
        if(NOT PIER_BUILD_SHARED)
            add_library(pier::pier ALIAS pier_static)
        endif()
    endif()
    foreach(library IN LISTS libraries)
        set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
                                                    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
        target_include_directories(
            ${library} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                 $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    endforeach()
endfunction()
