// SPDX-License-Identifier: Apache-2.0
/** Test utilities shared by several modules. */
@NullMarked
package io.lorafleet.testkit;

import org.jspecify.annotations.NullMarked;
