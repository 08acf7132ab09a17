// SPDX-License-Identifier: Apache-2.0
/** The kinds of faults. Each kind is a {@link io.lorafleet.standalone.chaos.cell.Cell}. */
@NullMarked
package io.lorafleet.standalone.chaos.cell;

import org.jspecify.annotations.NullMarked;
