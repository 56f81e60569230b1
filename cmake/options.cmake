option(ASSAY_WERROR "Warnings are errors" ${PROJECT_IS_TOP_LEVEL})
option(ASSAY_PCH "Use precompiled headers" ON)
option(ASSAY_FUZZ "Build the libFuzzer targets" OFF)
set(ASSAY_SANITIZE "" CACHE STRING "Sanitizers: 'address,undefined' or 'thread'")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(ASSAY_LLD NAMES ld.lld-19 ld.lld-16 ld.lld)
find_program(ASSAY_CCACHE ccache)
if(ASSAY_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ASSAY_CCACHE})
endif()

# Everything of ours is compiled with these; installed users do not inherit them.
add_library(assay_options INTERFACE)
target_compile_options(assay_options INTERFACE
  -pthread -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${ASSAY_WERROR}>:-Werror>
  "SHELL:$<$<CXX_COMPILER_ID:Clang>:-Xclang -fno-pch-timestamp>"
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers -Wno-tsan>)
target_compile_definitions(assay_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  # Coroutine frames come from operator new: glibc serves aligned_alloc past its thread cache.
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN
  JSON_USE_IMPLICIT_CONVERSIONS=0)
if(ASSAY_SANITIZE)
  target_compile_options(assay_options INTERFACE -fsanitize=${ASSAY_SANITIZE} -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(assay_options INTERFACE -fsanitize=${ASSAY_SANITIZE})
endif()
if(ASSAY_FUZZ)
  target_compile_options(assay_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(ASSAY_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(assay_options INTERFACE --ld-path=${ASSAY_LLD})
endif()
