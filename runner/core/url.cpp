#include <assay/core/http.hpp>
