// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.ImageFormat;

/**
 * How the images are delivered.
 *
 * @param base64 whether the response contains the images in base64; otherwise it contains their URLs
 * @param quality quality from 0 to 100, for lossy formats
 * @param stream whether to respond with events
 * @param previews maximum number of previews in the stream
 */
record OpenAiDelivery(boolean base64, ImageFormat format, int quality, boolean stream, int previews) {}
