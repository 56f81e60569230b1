#include "tests/e2e/project.hpp"
