// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.AppliedControlNet;

/**
 * A ControlNet of a request, with its condition image. Until {@link ImageDecoding} decodes the file, only its header has
 * been checked.
 *
 * @param field JSON path of the image
 * @param image the condition image as the client sent it
 * @param reference the reference in the generate command
 */
record ControlFile(String field, CheckedImage image, AppliedControlNet reference) {}
