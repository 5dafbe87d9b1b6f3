/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of the configuration without what says nothing: its indentation and its comment. */
#ifndef CONFIG_LINE_H
#define CONFIG_LINE_H

/*
 * Cuts a NUL-terminated line in place: what is left begins with "[" or a key, or is empty, and ends
 * where it says nothing more. A comment begins with "#" or ";" at the line's begin or behind white
 * space. In the value of a key that takes a pattern, that could be part of it, and is refused.
 * NULL, or what is wrong with the line.
 */
const char *config_line_cut(char **line);

#endif
