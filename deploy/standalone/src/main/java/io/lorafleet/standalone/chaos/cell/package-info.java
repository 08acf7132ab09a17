// SPDX-License-Identifier: Apache-2.0
/** The kinds of faults. A {@link io.lorafleet.standalone.chaos.cell.Cell} is one of them. */
@NullMarked
package io.lorafleet.standalone.chaos.cell;

import org.jspecify.annotations.NullMarked;
