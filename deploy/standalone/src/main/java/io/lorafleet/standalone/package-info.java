// SPDX-License-Identifier: Apache-2.0
/** Starts the command line: {@link io.lorafleet.standalone.Fleet} lists the commands. */
@NullMarked
package io.lorafleet.standalone;

import org.jspecify.annotations.NullMarked;
