// SPDX-License-Identifier: Apache-2.0
/** Adapter versions: their files, their numbers, and the records that publish them. */
@NullMarked
package io.lorafleet.trainer.publish;

import org.jspecify.annotations.NullMarked;
