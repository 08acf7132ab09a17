// SPDX-License-Identifier: Apache-2.0
/** Records in which workers report their state and the records that they could not process. */
@NullMarked
package io.lorafleet.messages.worker;

import org.jspecify.annotations.NullMarked;
