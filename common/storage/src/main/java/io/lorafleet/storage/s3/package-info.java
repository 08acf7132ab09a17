// SPDX-License-Identifier: Apache-2.0
/** A blob store in an object store with the API of Amazon S3. */
@NullMarked
package io.lorafleet.storage.s3;

import org.jspecify.annotations.NullMarked;
