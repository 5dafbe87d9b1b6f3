// SPDX-License-Identifier: GPL-2.0-only
/* Runs a libFuzzer target on the named files, without libFuzzer; prints TAP. */
#include "fuzz.h"

int main(int argc, char **argv)
{
	static uint8_t bytes[1 << 20];
	size_t size;
	FILE *file;

	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		file = fopen(argv[i], "re");
		if (!file)
			return 1;
		size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		LLVMFuzzerTestOneInput(bytes, size);
		printf("ok %d - %s\n", i, argv[i]);
		fflush(stdout);
	}
	return 0;
}
