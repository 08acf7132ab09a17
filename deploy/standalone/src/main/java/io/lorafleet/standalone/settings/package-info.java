// SPDX-License-Identifier: Apache-2.0
/** Which gateway the commands use, and the user's configuration file. */
@NullMarked
package io.lorafleet.standalone.settings;

import org.jspecify.annotations.NullMarked;
