// SPDX-License-Identifier: Apache-2.0
/**
 * A worker's computation. Start with {@link io.lorafleet.worker.engine.DiffusionEngine}. Prompts are encoded on one
 * thread, steps run on another ({@link io.lorafleet.worker.engine.StepLoop}), and latents are decoded on a third, so
 * neither encoding nor decoding delays the next step.
 *
 * <p>A record's path to its PNG files, by thread:
 *
 * <pre>
 * thread           object and call                                     passes on
 * ---------------  --------------------------------------------------  ---------------------------
 * slot-0 ...       RequestSlot: polls a record, renews its ShareLease  record
 *                    |
 *                    v
 * request          RequestHandler.handle: checks, loads RequestImages  Job
 *                    |
 *                    v
 *                  DiffusionEngine.generate: AdapterLeases.acquire     one future for each image
 *                    |
 *                    v
 * adapters         ResidentAdapters: fetch, verify, copy to device     AdapterLeases
 *                    |
 *                    v
 * prepare          PreparedPrompt.of: encodes the prompts              ImageTask for each image
 *                    |
 *                    v
 * device           StepLoop: BatchScheduler.next, StepBatch.advance    latent after the last step
 *                    |
 *                    v
 * decode           ImageTask.finish: decodes the latent with the VAE   FinishedImage, through the future
 *                    |
 *                    v
 * request          RequestHandler: PngFile.encode, BlobStore           RecordOutcome
 *                    |
 *                    v
 * slot-0 ...       RequestSlot: ReplyPublisher, then acknowledgement
 * </pre>
 */
@NullMarked
package io.lorafleet.worker.engine;

import org.jspecify.annotations.NullMarked;
