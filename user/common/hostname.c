// SPDX-License-Identifier: GPL-2.0-only
/* Checks host names. */
#include "common/hostname.h"

#include <ctype.h>
#include <string.h>

#define HOSTNAME_LABEL_MAX 63

bool hostname_is_valid(const char *text)
{
	size_t length = strlen(text), label = 0;
	bool letter = false;

	if (!length || length >= HOSTNAME_SIZE - 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (c == '.') {
			if (!label)
				return false;
			label = 0;
			continue;
		}
		if (c >= 0x80 || (!isalnum(c) && c != '-' && c != '_') ||
		    ++label > HOSTNAME_LABEL_MAX)
			return false;
		letter |= !isdigit(c);
	}
	return letter;
}
