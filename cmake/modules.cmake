# assay_module(<name> SOURCES … [LINK …] [ASIO]): the static library assay_<name>, alias assay::<name>.
# LINK names what its headers need, and what it may know; the include lint holds the same table.
# ASIO: its sources wait (Boost.Asio in the precompiled header).
set_property(GLOBAL PROPERTY ASSAY_MODULES "")

function(assay_module name)
  cmake_parse_arguments(arg "ASIO" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  set(target assay_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(assay::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PUBLIC ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK} $<BUILD_INTERFACE:assay_options>)
  assay_use_pch(${target} ${arg_ASIO})
  set_property(GLOBAL APPEND PROPERTY ASSAY_MODULES ${target})
endfunction()

# Two precompiled headers, made once each: the standard library with JSON, and that with Asio.
function(assay_use_pch target asio)
  if(NOT ASSAY_PCH)
    return()
  endif()
  if(asio)
    set(kind asio)
  else()
    set(kind base)
  endif()
  if(NOT TARGET assay_pch_${kind})
    add_library(assay_pch_${kind} STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
    target_precompile_headers(assay_pch_${kind} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch_${kind}.hpp)
    target_link_libraries(assay_pch_${kind} PRIVATE assay_options Boost::headers nlohmann_json::nlohmann_json fmt::fmt
                                                    Threads::Threads)
  endif()
  target_precompile_headers(${target} REUSE_FROM assay_pch_${kind})
endfunction()

# assay_unit_test(<module> SOURCES … [LINK …] [ASIO]): links that module alone, so that a wrong edge does not link.
function(assay_unit_test name)
  cmake_parse_arguments(arg "ASIO" "" "SOURCES;LINK" ${ARGN})
  set(target unit_${name})
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE ASSAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE assay_${name} ${arg_LINK} assay_options GTest::gtest_main)
  assay_use_pch(${target} ${arg_ASIO})
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}." PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
