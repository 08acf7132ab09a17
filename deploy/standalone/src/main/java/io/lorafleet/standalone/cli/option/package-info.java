// SPDX-License-Identifier: Apache-2.0
/** Options that several commands share, and converters for option values. */
@NullMarked
package io.lorafleet.standalone.cli.option;

import org.jspecify.annotations.NullMarked;
