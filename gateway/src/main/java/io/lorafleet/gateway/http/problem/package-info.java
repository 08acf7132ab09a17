// SPDX-License-Identifier: Apache-2.0
/** Problems: the one form of every error response, and the exceptions that lead to one. */
@NullMarked
package io.lorafleet.gateway.http.problem;

import org.jspecify.annotations.NullMarked;
