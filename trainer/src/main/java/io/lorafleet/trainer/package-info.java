/**
 * The trainer: gathers feedback, from which adapters are distilled further. This package holds its configuration and
 * its wiring.
 *
 * <p>Imports point {@code kafka -> feedback -> messages, storage}.
 */
package io.lorafleet.trainer;
