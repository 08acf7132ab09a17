// SPDX-License-Identifier: Apache-2.0
/**
 * The container images, in reading order: {@link io.lorafleet.containers.PackageLock} pins the Debian packages,
 * {@link io.lorafleet.containers.BaseImage} unpacks them and adds a Java runtime, and
 * {@link io.lorafleet.containers.ServiceImage} adds a packaged service.
 */
@NullMarked
package io.lorafleet.containers;

import org.jspecify.annotations.NullMarked;
