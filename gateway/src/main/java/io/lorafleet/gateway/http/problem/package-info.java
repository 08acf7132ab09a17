// SPDX-License-Identifier: Apache-2.0
/** Problems: the common format of all error responses, and the exceptions that are converted to problems. */
@NullMarked
package io.lorafleet.gateway.http.problem;

import org.jspecify.annotations.NullMarked;
