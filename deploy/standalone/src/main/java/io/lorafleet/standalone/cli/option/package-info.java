// SPDX-License-Identifier: Apache-2.0
/** Options that several commands share, and the converters of their values. */
@NullMarked
package io.lorafleet.standalone.cli.option;

import org.jspecify.annotations.NullMarked;
