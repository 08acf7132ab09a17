// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a resource whose responses do not occupy threads while they wait for events. Requests to such a resource count
 * toward the quota for event streams, not toward {@link RequestShares}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Streaming {}
