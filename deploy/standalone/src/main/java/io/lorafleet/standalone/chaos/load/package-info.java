// SPDX-License-Identifier: Apache-2.0
/** The clients of a run. */
@NullMarked
package io.lorafleet.standalone.chaos.load;

import org.jspecify.annotations.NullMarked;
