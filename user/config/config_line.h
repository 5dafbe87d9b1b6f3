/* SPDX-License-Identifier: GPL-2.0-only */
/* Removes indentation and comment from a line of the configuration. */
#ifndef CONFIG_LINE_H
#define CONFIG_LINE_H

/*
 * Trims a NUL-terminated line in place. The result is empty, or begins with "[" or a key, and has
 * no comment and no white space at its end. A comment begins with "#" or ";" at the start of the
 * line or after white space; in the value of a key that expects a pattern, this is an error.
 * Returns NULL, or the text of the error.
 */
const char *config_line_cut(char **line);

#endif
