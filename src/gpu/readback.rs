//! This turns tensors on the device into numbers in memory: at once for a finished picture, late for the losses.

use super::{DType, Gpu, Tensor};
use crate::{Error, Result};
use bytemuck::Pod;
use futures_channel::oneshot::{Receiver, channel};
use half::f16;
use std::collections::VecDeque;

/// Waits for all values of a tensor, in its padded layout.
///
/// # Errors
/// [`Error::DeviceLost`] or [`Error::Gpu`] where the device failed before the values arrived.
pub async fn read(gpu: &Gpu, tensor: &Tensor) -> Result<Vec<f32>> {
    let letter = Letter::send(gpu, &[tensor]);
    gpu.drive();
    match tensor.dtype() {
        DType::F32 => letter.open(gpu).await,
        DType::F16 => {
            let halves: Vec<u16> = letter.open(gpu).await?;
            Ok(halves.into_iter().map(|bits| f16::from_bits(bits).to_f32()).collect())
        }
    }
}

/// Waits for all values of a buffer that can be copied.
#[cfg(feature = "bench")]
pub(super) async fn read_buffer<T: Pod>(gpu: &Gpu, buffer: &wgpu::Buffer) -> Result<Vec<T>> {
    let letter = Letter::copy(gpu, &[(buffer, 0, buffer.size())]);
    gpu.drive();
    letter.open(gpu).await
}

/// Values under way from the device.
struct Letter {
    staging: wgpu::Buffer,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Letter {
    /// Copies what the tensors hold after everything submitted so far, one after the other.
    fn send(gpu: &Gpu, tensors: &[&Tensor]) -> Letter {
        let places: Vec<_> = tensors.iter().map(|tensor| (tensor.buffer(), tensor.offset(), tensor.bytes())).collect();
        Letter::copy(gpu, &places)
    }

    /// Copies some bytes from an offset of each of these buffers.
    fn copy(gpu: &Gpu, places: &[(&wgpu::Buffer, u64, u64)]) -> Letter {
        let staging = gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: places.iter().map(|(_, _, bytes)| bytes).sum(),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        let mut end = 0;
        for (buffer, offset, bytes) in places {
            encoder.copy_buffer_to_buffer(buffer, *offset, &staging, end, *bytes);
            end += bytes;
        }
        gpu.submit(encoder.finish());
        let (done, mapped) = channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            let _ = done.send(result);
        });
        Letter { staging, mapped }
    }

    async fn open<T: Pod>(self, gpu: &Gpu) -> Result<Vec<T>> {
        let Letter { staging, mapped } = self;
        mapped.await.map(|result| result.is_ok()).ok().filter(|&ok| ok).ok_or_else(|| failure(gpu))?;
        take(gpu, &staging)
    }
}

fn take<T: Pod>(gpu: &Gpu, staging: &wgpu::Buffer) -> Result<Vec<T>> {
    let view = staging.get_mapped_range(..).map_err(|_| failure(gpu))?;
    Ok(bytemuck::pod_collect_to_vec(&view))
}

fn failure(gpu: &Gpu) -> Error {
    gpu.check().err().unwrap_or(Error::Gpu { detail: "the values did not come back".into() })
}

/// Small tensors that are posted every step and arrive, in order, a few steps later.
#[derive(Default)]
pub struct Mailbox {
    letters: VecDeque<(u32, Letter)>,
}

impl Mailbox {
    /// Posts the present values of `tensors`, one after the other, marked with `number`; never waits.
    pub fn post(&mut self, gpu: &Gpu, number: u32, tensors: &[&Tensor]) {
        self.letters.push_back((number, Letter::send(gpu, tensors)));
    }

    /// Takes out what has arrived, oldest first; never waits.
    ///
    /// # Errors
    /// Where the device failed.
    pub fn collect(&mut self, gpu: &Gpu) -> Result<Vec<(u32, Vec<f32>)>> {
        gpu.nudge();
        let mut arrived = Vec::new();
        while let Some((number, letter)) = self.letters.front_mut() {
            match letter.mapped.try_recv() {
                Ok(None) => break,
                Ok(Some(Ok(()))) => arrived.push((*number, take(gpu, &letter.staging)?)),
                Ok(Some(Err(_))) | Err(_) => return Err(failure(gpu)),
            }
            self.letters.pop_front();
        }
        Ok(arrived)
    }

    /// How many of those under way have a higher number.
    pub fn awaited_after(&self, number: u32) -> usize {
        self.letters.iter().filter(|(own, _)| *own > number).count()
    }

    /// Waits for everything that is under way.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn drain(&mut self, gpu: &Gpu) -> Result<Vec<(u32, Vec<f32>)>> {
        gpu.drive();
        let mut arrived = Vec::new();
        while let Some((number, letter)) = self.letters.pop_front() {
            arrived.push((number, letter.open(gpu).await?));
        }
        Ok(arrived)
    }
}
