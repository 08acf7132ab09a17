// SPDX-License-Identifier: Apache-2.0
/** Records that workers write to report their state and any records that they could not process. */
@NullMarked
package io.lorafleet.messages.worker;

import org.jspecify.annotations.NullMarked;
