# The peers that are measured beside Pier, as far as this machine has them: each is a library of its own that the runner
# links and is told of by BENCH_PEER. A peer that is not found is named at the end and loses its rows.
set(bench_missing "")

# bench_peer(<name> <found> SOURCES … LIBRARIES …): adds codec peer `name` when all of <found> is true.
function(bench_peer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "RUNNER" "FOUND;SOURCES;LIBRARIES")
    foreach(found IN LISTS arg_FOUND)
        if(NOT found)
            set(bench_missing ${bench_missing} ${name} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    add_library(bench_${name} OBJECT ${arg_SOURCES})
    target_link_libraries(bench_${name} PRIVATE pier_flags pier_static ${arg_LIBRARIES})
    # What is generated, and what its headers bring along, is not ours to warn of.
    target_compile_options(bench_${name} PRIVATE -w)
    string(TOUPPER ${name} upper)
    target_compile_definitions(${arg_RUNNER} PRIVATE BENCH_${upper})
    target_link_libraries(${arg_RUNNER} PRIVATE bench_${name} ${arg_LIBRARIES})
endfunction()

# bench_schema(<program> <made …> FROM <file> COMMAND …): makes code of a schema in the current binary folder, when
# there is the program.
function(bench_schema program)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FROM" "MAKES;COMMAND")
    if(program)
        add_custom_command(OUTPUT ${arg_MAKES} COMMAND ${program} ${arg_COMMAND} DEPENDS ${arg_FROM}
                           COMMENT "Making code of ${arg_FROM}" VERBATIM)
    endif()
endfunction()

set(made ${CMAKE_CURRENT_BINARY_DIR}/peers)
file(MAKE_DIRECTORY ${made})
include_directories(SYSTEM ${made})
include_directories(${CMAKE_CURRENT_SOURCE_DIR})

# protobuf and protobuf-c: the schema of Pier without Pier's options, so that they compile nothing beside it.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS record_workloads.proto)
file(READ record_workloads.proto schema)
string(REGEX REPLACE " \\[\\(pier[^]]*\\]" "" schema "${schema}")
string(REPLACE "import \"pier/options.proto\";" "" schema "${schema}")
file(CONFIGURE OUTPUT ${made}/plain_workloads.proto CONTENT "${schema}" @ONLY)
find_package(ProtobufC QUIET)
bench_schema("${ProtobufC_COMPILER}" MAKES ${made}/plain_workloads.pb-c.c ${made}/plain_workloads.pb-c.h
             FROM ${made}/plain_workloads.proto COMMAND -I${made} --c_out=${made} plain_workloads.proto)
bench_peer(protobuf_c RUNNER codec_bench FOUND "${ProtobufC_FOUND}"
           SOURCES codec_protobuf_c.c ${made}/plain_workloads.pb-c.c LIBRARIES ProtobufC::ProtobufC)
if(NOT PIER_BUILD_BENCH)
    # For the tests: what takes long to compile, or needs packages beyond theirs, is left out.
    return()
endif()

find_program(BENCH_PROTOC protoc)
find_package(Protobuf QUIET)
bench_schema("${BENCH_PROTOC}" MAKES ${made}/plain_workloads.pb.cc ${made}/plain_workloads.pb.h
             FROM ${made}/plain_workloads.proto COMMAND -I${made} --cpp_out=${made} plain_workloads.proto)
bench_peer(protobuf RUNNER codec_bench FOUND "${BENCH_PROTOC}" "${Protobuf_FOUND}"
           SOURCES codec_protobuf.cpp ${made}/plain_workloads.pb.cc LIBRARIES protobuf::libprotobuf)
# Those with schemas of their own
find_program(BENCH_FLATC flatc)
find_path(BENCH_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h)
bench_schema("${BENCH_FLATC}" MAKES ${made}/record_workloads_generated.h
             FROM ${CMAKE_CURRENT_SOURCE_DIR}/record_workloads.fbs
             COMMAND --cpp -o ${made} ${CMAKE_CURRENT_SOURCE_DIR}/record_workloads.fbs)
bench_peer(flatbuffers RUNNER codec_bench FOUND "${BENCH_FLATC}" "${BENCH_FLATBUFFERS_INCLUDE}"
           SOURCES codec_flatbuffers.cpp ${made}/record_workloads_generated.h)
find_program(BENCH_CAPNP capnp)
find_package(CapnProto QUIET)
bench_schema("${BENCH_CAPNP}" MAKES ${made}/record_workloads.capnp.c++ ${made}/record_workloads.capnp.h
             FROM ${CMAKE_CURRENT_SOURCE_DIR}/record_workloads.capnp
             COMMAND compile -oc++:${made} --src-prefix=${CMAKE_CURRENT_SOURCE_DIR}
                     ${CMAKE_CURRENT_SOURCE_DIR}/record_workloads.capnp)
bench_peer(capnp RUNNER codec_bench FOUND "${BENCH_CAPNP}" "${CapnProto_FOUND}"
           SOURCES codec_capnp.cpp ${made}/record_workloads.capnp.c++ LIBRARIES CapnProto::capnp)

# Those without
find_path(BENCH_MSGPACK_CXX_INCLUDE msgpack.hpp)
find_path(BENCH_BOOST_INCLUDE boost/version.hpp)
bench_peer(msgpack_cxx RUNNER codec_bench FOUND "${BENCH_MSGPACK_CXX_INCLUDE}" "${BENCH_BOOST_INCLUDE}"
           SOURCES codec_msgpack_cxx.cpp)
find_path(BENCH_CEREAL_INCLUDE cereal/cereal.hpp)
bench_peer(cereal RUNNER codec_bench FOUND "${BENCH_CEREAL_INCLUDE}" SOURCES codec_cereal.cpp)
find_library(BENCH_BOOST_SERIALIZATION boost_serialization)
bench_peer(boost RUNNER codec_bench FOUND "${BENCH_BOOST_INCLUDE}" "${BENCH_BOOST_SERIALIZATION}"
           SOURCES codec_boost.cpp LIBRARIES ${BENCH_BOOST_SERIALIZATION})
find_package(Qt5Core QUIET)
bench_peer(qt RUNNER codec_bench FOUND "${Qt5Core_FOUND}" SOURCES codec_qt.cpp LIBRARIES Qt5::Core)

# zpp_bits is in no Debian: PIER_BENCH_ZPP_BITS names a folder with zpp_bits.h.
set(PIER_BENCH_ZPP_BITS "" CACHE PATH "A folder with zpp_bits.h (C++20), to be measured beside Pier")
find_path(BENCH_ZPP_BITS_INCLUDE zpp_bits.h PATHS ${PIER_BENCH_ZPP_BITS} $ENV{PIER_BENCH_ZPP_BITS} NO_DEFAULT_PATH)
if(BENCH_ZPP_BITS_INCLUDE)
    # Its calls have changed between versions: what does not compile with this one loses its rows, as what is missing.
    execute_process(
        COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${BENCH_ZPP_BITS_INCLUDE} -I${PROJECT_SOURCE_DIR}/include
                -I${PROJECT_BINARY_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/codec_zpp_bits.cpp
        RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed EQUAL 0)
        set(BENCH_ZPP_BITS_COMPILES ON)
    endif()
endif()
bench_peer(zpp_bits RUNNER codec_bench FOUND "${BENCH_ZPP_BITS_INCLUDE}" "${BENCH_ZPP_BITS_COMPILES}"
           SOURCES codec_zpp_bits.cpp)
if(TARGET bench_zpp_bits)
    target_include_directories(bench_zpp_bits SYSTEM PRIVATE ${BENCH_ZPP_BITS_INCLUDE})
    set_target_properties(bench_zpp_bits PROPERTIES CXX_STANDARD 20)
endif()

# Those that carry bytes
find_path(BENCH_ZMQ_INCLUDE zmq.h)
find_library(BENCH_ZMQ zmq)
bench_peer(zmq RUNNER stream_bench FOUND "${BENCH_ZMQ_INCLUDE}" "${BENCH_ZMQ}" SOURCES stream_zmq.c
           LIBRARIES ${BENCH_ZMQ})
find_path(BENCH_NNG_INCLUDE nng/nng.h)
find_library(BENCH_NNG nng)
bench_peer(nng RUNNER stream_bench FOUND "${BENCH_NNG_INCLUDE}" "${BENCH_NNG}" SOURCES stream_nng.c
           LIBRARIES ${BENCH_NNG})
find_path(BENCH_EVENT_INCLUDE event2/bufferevent.h)
find_library(BENCH_EVENT event_core)
bench_peer(event RUNNER stream_bench FOUND "${BENCH_EVENT_INCLUDE}" "${BENCH_EVENT}" SOURCES stream_event.c
           LIBRARIES ${BENCH_EVENT})

if(CMAKE_CXX_COMPILER)
    set_target_properties(codec_bench PROPERTIES LINKER_LANGUAGE CXX)
endif()

# SQLite in WAL mode, beside journals.
find_package(SQLite3)
bench_peer(
    sqlite
    RUNNER journal_bench
    FOUND SQLite3_FOUND
    SOURCES journal_sqlite.c
    LIBRARIES SQLite::SQLite3)
