/* SPDX-License-Identifier: GPL-2.0-only */
/* What every cmocka program needs, in the order in which cmocka needs it. */
#ifndef SUITE_H
#define SUITE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#endif
