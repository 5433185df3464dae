// The exchanges of the floor's chain.
export const floorBus = { orders: 'floor.orders', answers: 'floor.answers' } as const;
